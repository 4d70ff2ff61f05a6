"""One small module a tool: it takes a concrete case and says what the tool did."""
