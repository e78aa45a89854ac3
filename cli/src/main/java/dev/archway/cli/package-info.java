/**
 * The {@code archway} command: a thin client of the HTTP API. It decides nothing; what it prints is
 * what the server says.
 */
@NullMarked
package dev.archway.cli;

import org.jspecify.annotations.NullMarked;
