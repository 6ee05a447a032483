"""Laws of interfaces: contact, cohesion, friction and the passage of lithium. Plain numbers, arrays or UFL."""
