"""Valid calls of every public function, by topic: what the sweep starts from."""
