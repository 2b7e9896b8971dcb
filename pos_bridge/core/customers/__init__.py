"""Customers who are new at a till: what is recorded of them beside the chain, checked field by field.

It never decides who two records are, never stores one, and knows no till's language.
"""

from pos_bridge.core.customers.contact import is_address, normal_email, normal_mobile
from pos_bridge.core.customers.new_customer import (
	CUSTOMER_PATH,
	MAX_GOODS_NAMED,
	MAX_PURCHASES,
	MAX_RECORDS_BYTES,
	NEW_CUSTOMERS_PATH,
	Consent,
	NewCustomer,
	Taken,
	faults_of,
	is_made_at_till,
	read_asked_customer,
	read_new_customers,
	record_hash,
	taken_answer,
)

__all__ = [
	"CUSTOMER_PATH",
	"MAX_GOODS_NAMED",
	"MAX_PURCHASES",
	"MAX_RECORDS_BYTES",
	"NEW_CUSTOMERS_PATH",
	"Consent",
	"NewCustomer",
	"Taken",
	"faults_of",
	"is_address",
	"is_made_at_till",
	"normal_email",
	"normal_mobile",
	"read_asked_customer",
	"read_new_customers",
	"record_hash",
	"taken_answer",
]
