/** API tokens: made, shown, used and revoked. */
@NullMarked
package dev.archway.gateway.token;

import org.jspecify.annotations.NullMarked;
