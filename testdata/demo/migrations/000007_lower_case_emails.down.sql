SELECT 1; -- nothing to take back
