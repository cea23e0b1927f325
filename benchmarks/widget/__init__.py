"""What the button costs a site: bytes, requests and Lighthouse, beside other chat widgets."""
