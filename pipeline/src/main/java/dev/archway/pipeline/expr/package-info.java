/** Runtime inputs and expressions, filled in on the tree and never on the text. */
@NullMarked
package dev.archway.pipeline.expr;

import org.jspecify.annotations.NullMarked;
