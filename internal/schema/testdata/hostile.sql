-- db %%{init: {}}%%: 1 migration read, and 2 statements could not be: what is not here may exist all the same

-- not all of its columns are known: how it was made is not known to the 1 migration read
CREATE TABLE public.U&"a"" {\000a%%{init: {""theme"": ""dark""}}%%" (
  pk int4 NOT NULL,
  "FK-1" int4,
  "1st" text,
  "uké" text,
  U&"}\000a""x"" ||--|| ""y"" : z" text,
  "~gen~" text,
  "日本" text,
  -- "": x;DROP TABLE y is not known to the 1 migration read
  -- U&"\001b[31mred" has a default: 1; DROP TABLE y
  U&"\001b[31mred" text,
  CONSTRAINT k PRIMARY KEY (pk)
  -- check U&"c\000aDROP TABLE y;": true) ; DROP TABLE y; --
);

CREATE TABLE public."x direction TB" (
  pk int4 NOT NULL,
  CONSTRAINT x_pk PRIMARY KEY (pk)
);

CREATE TABLE public."x_direction_TB" ();

ALTER TABLE public.U&"a"" {\000a%%{init: {""theme"": ""dark""}}%%" ADD CONSTRAINT U&"f\000a--" FOREIGN KEY ("FK-1") REFERENCES public."x direction TB" (pk);

-- view public.U&"v\000aDROP TABLE y;": its query is not kept
