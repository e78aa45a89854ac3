/** Serves logs over HTTP as server-sent events, NDJSON or plain text. */
@NullMarked
package dev.archway.log.http;

import org.jspecify.annotations.NullMarked;
