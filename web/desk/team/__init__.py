"""Work shared in a team: loans, and who is proposed to take more."""
