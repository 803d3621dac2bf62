DELETE FROM customers WHERE name = upper(name) || '?';
