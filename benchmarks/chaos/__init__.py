"""What happens to a till, on purpose: killed processes, wires that lose, clocks that jump, full disks."""
