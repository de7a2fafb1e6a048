"""Files: read with every size and form checked before anything is unpacked, written whole or not at all."""
