/**
 * Stores the log lines that executors send and serves them, stored and live alike. The store is the
 * only source of what is served, so a slow reader loses nothing.
 */
@NullMarked
package dev.archway.log;

import org.jspecify.annotations.NullMarked;
