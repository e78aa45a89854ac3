/**
 * Expressions {@code <+…>} (Harness page "Built-in and custom Harness variables reference"): found
 * in text, told apart by when their value is known, and evaluated by JEXL with nothing but text,
 * numbers, lists and maps in reach. Pure and bounded.
 */
@NullMarked
package dev.archway.expression;

import org.jspecify.annotations.NullMarked;
