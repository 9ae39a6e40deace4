"""What the end-to-end tests are written with: networks, certificates, our programs and their peers."""
