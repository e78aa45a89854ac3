/** The record of what was pushed, in SQL that H2 and PostgreSQL both run. */
@NullMarked
package dev.archway.registry.store;

import org.jspecify.annotations.NullMarked;
