"""Work: the queue of open assignments, leases, submissions, reviews, and the pipeline that decides what comes next."""
