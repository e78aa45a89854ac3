/** How records travel: topics, wire names with versions, and the only JSON mapper of the bus. */
@NullMarked
package dev.archway.contract.wire;

import org.jspecify.annotations.NullMarked;
