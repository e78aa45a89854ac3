/**
 * What the dialect is made of, as data: which mapping has which keys, and what may stand at each.
 * The readers in {@code compile} read by it, and the JSON Schema for editors is written from it.
 */
@NullMarked
package dev.archway.pipeline.dialect;

import org.jspecify.annotations.NullMarked;
