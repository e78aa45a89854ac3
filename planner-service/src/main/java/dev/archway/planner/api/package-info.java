/** The planner's part of the HTTP API. */
@NullMarked
package dev.archway.planner.api;

import org.jspecify.annotations.NullMarked;
