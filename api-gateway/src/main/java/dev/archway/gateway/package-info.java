/**
 * The only public door: checks who is calling, bounds what is sent, and passes requests on to the
 * service that answers them.
 */
@NullMarked
package dev.archway.gateway;

import org.jspecify.annotations.NullMarked;
