/** Browsers: a cookie in place of a token. */
@NullMarked
package dev.archway.gateway.session;

import org.jspecify.annotations.NullMarked;
