/**
 * Findings a user can mend (problems) and reasons why something that was started did not succeed
 * (failures).
 */
@NullMarked
package dev.archway.contract.failure;

import org.jspecify.annotations.NullMarked;
