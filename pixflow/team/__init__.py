"""Staff, absences, milestones, workload."""
