"""Results that arrive one after the other: over WebSocket, and as server-sent events."""
