CREATE DATABASE registry OWNER archway;
