/** Connections from the services to addresses that users name: checked, pinned, bounded. */
@NullMarked
package dev.archway.connector.egress;

import org.jspecify.annotations.NullMarked;
