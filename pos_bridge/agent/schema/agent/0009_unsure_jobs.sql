-- Pages ask for the jobs that a person has to decide; there are few of them among very many.
CREATE INDEX print_job_unsure ON print_job (position) WHERE state = 'unsure';
