/**
 * The bodies of the HTTP API ({@code /api/v1}), shared by the services that write them and the
 * command line that reads them.
 */
@NullMarked
package dev.archway.contract.api;

import org.jspecify.annotations.NullMarked;
