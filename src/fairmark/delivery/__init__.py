"""Delivery: takes what happened and what was made out to the customer.

Three ways out of one log of events: pages and live streams from any cursor, webhooks, and exports of results as files.
"""
