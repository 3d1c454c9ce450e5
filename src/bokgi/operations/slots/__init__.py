"""Slots: one process a release behind one listening socket, and the holder that owns the socket and keeps the slots.

Convention: a slot says what it does in a small file; whoever wants to know reads it. Orders are signals: SIGUSR1 take traffic, SIGUSR2
rest, SIGTERM end. A slot lives on without its holder, and a holder that comes back takes it over.
"""
