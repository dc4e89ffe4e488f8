"""How a service of ours is put together and served: settings, database, gate, transport."""
