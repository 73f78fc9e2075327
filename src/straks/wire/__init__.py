"""What goes over the wire, and the conversation about it, without any I/O."""
