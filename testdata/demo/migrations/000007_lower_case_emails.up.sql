-- Two accounts differed by case only; log in by the lower-case address from now on.
UPDATE customers SET email = lower(email);
