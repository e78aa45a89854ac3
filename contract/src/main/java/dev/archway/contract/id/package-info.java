/**
 * Typed identifiers of executions and stage runs. They parse, print and compare; none is read from
 * a clock here.
 */
@NullMarked
package dev.archway.contract.id;

import org.jspecify.annotations.NullMarked;
