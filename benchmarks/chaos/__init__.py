"""What happens to a till, on purpose: processes killed, wires that lose, clocks that jump, disks that are full."""
