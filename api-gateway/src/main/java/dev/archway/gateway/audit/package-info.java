/** Who changed what, and when. */
@NullMarked
package dev.archway.gateway.audit;

import org.jspecify.annotations.NullMarked;
