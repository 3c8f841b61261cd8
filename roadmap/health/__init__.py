"""Whether links still lead to what they promise: asked politely, graded honestly, kept with their history."""
