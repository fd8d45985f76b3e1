"""What `up` starts: embedded servers, workers, web server, front-end build."""
