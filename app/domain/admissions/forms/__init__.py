"""The application form as data: its pages and fields, in versions that an application keeps."""
