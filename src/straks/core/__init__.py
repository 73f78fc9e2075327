"""Pure logic: no I/O, no clock, no dice. Everything that varies is an argument."""
