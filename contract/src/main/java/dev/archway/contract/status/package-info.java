/** The status words that users see, which are Harness's. */
@NullMarked
package dev.archway.contract.status;

import org.jspecify.annotations.NullMarked;
