"""The policy: rules about messages, what a sender has decided, and the engine that applies both."""
