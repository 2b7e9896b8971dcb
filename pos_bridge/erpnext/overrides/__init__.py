"""What changes in ERPNext's behaviour, one file per place, and only while an entry is being posted."""
