/** Named accesses to clusters, registries and code repositories, without any secret value. */
@NullMarked
package dev.archway.contract.connector;

import org.jspecify.annotations.NullMarked;
