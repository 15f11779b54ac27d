"""The real bot under kills, faults and full disks: nothing that it acknowledged may be lost or doubled."""
