"""What is known of the ground beside the data: bounds and values by cell, layer, body and drill hole."""
