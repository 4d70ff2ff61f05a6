"""What runs inside a runtime or a tool's process: no dependency but the tool."""
