/** What one service asks another to do. Commands may be refused; names are imperative. */
@NullMarked
package dev.archway.contract.command;

import org.jspecify.annotations.NullMarked;
