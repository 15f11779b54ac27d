"""What runs by itself: the schedule, and the jobs that it starts."""
