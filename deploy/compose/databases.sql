CREATE DATABASE gateway OWNER archway;
CREATE DATABASE registry OWNER archway;
