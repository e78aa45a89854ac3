/** People and machines that an OpenID provider vouches for. */
@NullMarked
package dev.archway.gateway.oidc;

import org.jspecify.annotations.NullMarked;
