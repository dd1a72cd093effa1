"""Wrong answers that learners would give, each with the road to it, topic by topic."""
