DELETE FROM orders WHERE status = 'lost';
